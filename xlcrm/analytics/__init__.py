"""What is computed: one file a question."""
