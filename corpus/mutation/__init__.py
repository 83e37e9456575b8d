"""Mutation testing of the judge: each small fault that is planted must make a case of the corpus differ."""
