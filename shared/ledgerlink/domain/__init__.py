"""The pure middle: records, rules, links, documents, plans and outcomes. No AWS, HTTP or clock."""
