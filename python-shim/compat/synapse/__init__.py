"""The names of Synapse that media modules import, answered by the media service. Not Synapse itself."""

from media_bridge_shim.api import IMITATED_VERSION
from media_bridge_shim.api.absent.unsupported import guard, install_finder

__version__ = IMITATED_VERSION

guard(__name__)
install_finder()
