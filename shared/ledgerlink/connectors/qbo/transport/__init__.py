"""One call: sent, limited, retried, answered."""
