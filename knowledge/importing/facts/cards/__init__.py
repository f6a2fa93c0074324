"""The card of a measure, recognised in a clause and its points: verbatim, empty where the text is silent."""
