-- Nothing to be done: SQLite keeps what it is given as it is.
SELECT 1;
