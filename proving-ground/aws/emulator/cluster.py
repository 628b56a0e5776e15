"""EKS: clusters are those of the proving ground."""

from moto.ec2.models import ec2_backends
from moto.eks import models
from moto.eks.exceptions import InvalidParameterException, ResourceNotFoundException
from moto.eks.responses import EKSResponse
from moto.core.responses import EmptyResult

from emulator import authenticator, clock
from emulator.facts import facts_of

# https://docs.aws.amazon.com/eks/latest/userguide/eks-using-tags.html
MAXIMUM_TAGS, MAXIMUM_KEY, MAXIMUM_VALUE = 50, 128, 256
# How long EKS takes to make a cluster.
CREATION_SECONDS = clock.seconds("CLUSTER_CREATION_SECONDS", 2)


def apply():
    models.Cluster.__init__ = init(models.Cluster.__init__)
    backend = models.EKSBackend
    backend.tag_resource = tag_resource
    backend.list_tags_for_resource = lambda self, resource_arn: tagged(self, resource_arn).tags
    EKSResponse.untag_resource = untag_resource
    EKSResponse.create_cluster = clock.locked(create_cluster(EKSResponse.create_cluster))


def init(original):
    def wrapped(self, *args, **kwargs):
        """A cluster that is being made: nobody is told yet where it is."""
        original(self, *args, **kwargs)
        facts = facts_of(self.name)
        asked, self.version = kwargs.get("version"), facts.get("version") or "1.27"
        if asked and asked != self.version:
            raise InvalidParameterException(message=f"unsupported Kubernetes version {asked}")
        backend = ec2_backends[kwargs["account_id"]][kwargs["region_name"]]
        subnet = backend.get_subnet(self.resources_vpc_config["subnetIds"][0])
        self.resources_vpc_config = {
            "endpointPublicAccess": True, "endpointPrivateAccess": True, "publicAccessCidrs": ["0.0.0.0/0"],
            **self.resources_vpc_config, "vpcId": subnet.vpc_id,
        }
        self.status, self.endpoint, self.certificate_authority, self.identity = "CREATING", None, {}, None
        self.kubernetes_network_config = {"serviceIpv4Cidr": facts.get("serviceCidr") or "10.96.0.0/16", "ipFamily": "ipv4"}
        self.access_config = {"authenticationMode": facts.get("authenticationMode") or "CONFIG_MAP"}
        self.creator = None
        self.addons = {}
        self.access_entries = {}
        clock.later(CREATION_SECONDS, finish, self, facts, backend)

    return wrapped


def finish(cluster, facts, backend):
    """The facts of the real control plane, and the security group that EKS makes for every cluster."""
    group = backend.create_security_group(
        f"eks-cluster-sg-{cluster.name}", "EKS created security group applied to ENI that is attached to EKS Control Plane master nodes",
        cluster.resources_vpc_config["vpcId"])
    group.add_tags({f"kubernetes.io/cluster/{cluster.name}": "owned", "aws:eks:cluster-name": cluster.name, "Name": f"eks-cluster-sg-{cluster.name}"})
    cluster.resources_vpc_config["clusterSecurityGroupId"] = group.id
    cluster.endpoint = facts["endpoint"]
    cluster.certificate_authority = {"data": facts["certificateAuthorityBase64"]}
    cluster.identity = {"oidc": {"issuer": facts["oidcIssuer"]}}
    cluster.status = "ACTIVE"
    authenticator.tell(cluster)


def create_cluster(original):
    def wrapped(self):
        """Who makes a cluster is its first administrator, unless they say that they are not."""
        answer = original(self)
        cluster, access = named(self.eks_backend, self._get_param("name")), self._get_param("accessConfig") or {}
        if access.get("bootstrapClusterCreatorAdminPermissions", True):
            cluster.creator = self.headers.get("x-gateway-caller")
        if access.get("authenticationMode"):
            cluster.access_config["authenticationMode"] = access["authenticationMode"]
        return answer

    return wrapped


def named(backend, name):
    try:
        return backend.clusters[name]
    except KeyError:
        raise not_found(f"No cluster found for name: {name}.") from None


def not_found(message):
    return ResourceNotFoundException(clusterName=None, nodegroupName=None, fargateProfileName=None, addonName=None, message=message)


def tagged(backend, arn):
    for cluster in backend.clusters.values():
        for thing in [cluster, *cluster.nodegroups.values(), *cluster.addons.values(), *cluster.access_entries.values()]:
            if thing.arn == arn:
                return thing
    raise not_found(f"No resource found for ARN: {arn}")


def tag_resource(self, resource_arn, tags):
    thing = tagged(self, resource_arn)
    for key, value in tags.items():
        problem = problem_of_tag(key, value)
        if problem:
            raise InvalidParameterException(message=problem)
    if len({**thing.tags, **tags}) > MAXIMUM_TAGS:
        raise InvalidParameterException(message=f"The number of tags exceeds the limit of {MAXIMUM_TAGS}")
    thing.tags.update(tags)


def problem_of_tag(key, value):
    if not 1 <= len(key) <= MAXIMUM_KEY or len(value) > MAXIMUM_VALUE:
        return f"Tag key {key} has {len(key)} characters of at most {MAXIMUM_KEY}, its value {len(value)} of at most {MAXIMUM_VALUE}"
    if key.lower().startswith("aws:"):
        return "Tag keys starting with 'aws:' are reserved for internal use"
    strange = {c for c in key + value if not (c.isalnum() or c.isspace() or c in "+-=._:/@")}
    if strange:
        return f"Tag {key} has characters that are not allowed: {' '.join(sorted(strange))}"
    return None


def untag_resource(self):
    tags = tagged(self.eks_backend, self._extract_arn_from_path()).tags
    for key in self.querystring["tagKeys"]:
        tags.pop(key, None)
    return EmptyResult()
