"""What a person looks at: figures, reports, exported tables and the description of the model."""
