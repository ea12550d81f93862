"""A second implementation of the published model and its pipeline, written from their facts alone, to hold the program against."""
