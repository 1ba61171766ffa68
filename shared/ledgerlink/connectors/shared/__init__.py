"""Code of all connectors: ledger time, errors, text rules, request ids, unanswered writes."""
