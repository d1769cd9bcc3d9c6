"""The parts of ``habeas mail``: reading mailboxes, grading, recording, batches."""
