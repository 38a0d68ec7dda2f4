mod batches;
