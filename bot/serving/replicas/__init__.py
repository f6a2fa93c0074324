"""Several replicas on one database: being alive, holding leases, hearing of one another. README.md has the design."""
