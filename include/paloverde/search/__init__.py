"""Finding records: a question becomes a tree, the tree is put to every sealed record, the answer says what it
searched.
"""
