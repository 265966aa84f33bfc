"""Every kind of diagnostic: its code, its constant summary, what it means, an example and the way out."""

from reconciler.model.codes.costs import *
from reconciler.model.codes.datasets import *
from reconciler.model.codes.files import *
from reconciler.model.codes.github import *
from reconciler.model.codes.plans import *
from reconciler.model.codes.preflight import *
from reconciler.model.codes.registry import every_code as every_code
from reconciler.model.codes.safety import *
from reconciler.model.codes.services import *
from reconciler.model.codes.specs import *
from reconciler.model.codes.waits import *
