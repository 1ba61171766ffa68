"""What all connectors share: ledger time, errors, text rules, request ids, unanswered writes."""
