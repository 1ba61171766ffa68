"""One call to QuickBooks: throttled, sent, retried until it has an answer."""
