"""Migrations: they bring the table's rows from the shape before to this program's, while the
system works. How they are run, and what the next one has to keep: docs/migrations.md."""
