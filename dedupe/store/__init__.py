"""What Redis remembers: the ledger, the log, the partitions, the jobs."""
