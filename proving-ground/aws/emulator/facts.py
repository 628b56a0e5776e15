"""What is known of the control planes that there are: of each cluster, by its name. EKS and what it tells the authenticator both read it."""

import json
import os

from moto.eks.exceptions import InvalidParameterException


def facts_of(name):
    for facts in json.loads(os.environ["CLUSTERS"]):
        if facts["name"] == name:
            return facts
    raise InvalidParameterException(message=f"there is no control plane for a cluster {name}")
