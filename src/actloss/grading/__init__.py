"""Grades a class: the tests here, each submission's code in a sandbox, and a pipe between them."""
