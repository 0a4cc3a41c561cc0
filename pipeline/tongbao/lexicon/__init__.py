"""What is known about words beforehand: regions, Party and state bodies with their short names, cue words."""

from tongbao.lexicon.lexicon import Body, BodyKind, Lexicon, load
from tongbao.lexicon.regions import Gazetteer, Region, RegionLevel

__all__ = ["Body", "BodyKind", "Gazetteer", "Lexicon", "Region", "RegionLevel", "load"]
