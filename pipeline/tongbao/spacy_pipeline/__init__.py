"""tongbao for spaCy users: ``spacy.load("models/zh_tongbao")``. A leaf: nothing else in tongbao knows spaCy.

spaCy imports ``factories`` through the package's entry points whenever anybody makes a pipeline, so that module and
this one load nothing that is heavy or may be missing.
"""
