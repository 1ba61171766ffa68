"""Reads from QuickBooks: lists, changes, webhook events, and rows mapped to list records."""
