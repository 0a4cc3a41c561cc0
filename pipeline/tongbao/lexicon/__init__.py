"""What is known about words beforehand: regions, Party and state bodies with their short names, cue words."""

from tongbao.lexicon.lexicon import Body, BodyKind, Lexicon, load
from tongbao.lexicon.regions import Gazetteer, Region, RegionLevel
from tongbao.lexicon.user import UserLexicon, read_user_lexicon, read_user_lexicons

__all__ = [
    "Body",
    "BodyKind",
    "Gazetteer",
    "Lexicon",
    "Region",
    "RegionLevel",
    "UserLexicon",
    "load",
    "read_user_lexicon",
    "read_user_lexicons",
]
