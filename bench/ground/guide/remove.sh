# The guide does not say how to leave: its commands, taken back one by one.
EDITORS=$(dirname "$0")
AWS_ACCOUNT_ID=$(aws sts get-caller-identity --query 'Account' --output text)

kubectl delete -f provisioner.yaml
kubectl delete -f karpenter.yaml
kubectl delete crd provisioners.karpenter.sh machines.karpenter.sh awsnodetemplates.karpenter.k8s.aws
kubectl delete namespace karpenter

export ROLE_ARN="arn:aws:iam::${AWS_ACCOUNT_ID}:role/KarpenterNodeRole-${CLUSTER_NAME}"
KUBE_EDITOR="bash $EDITORS/edit-map-roles.sh remove" kubectl edit configmap aws-auth -n kube-system

TAGGED=$(aws ec2 describe-tags --filters Name=key,Values=karpenter.sh/discovery Name=value,Values=${CLUSTER_NAME} --query 'Tags[].ResourceId' --output text)
aws ec2 delete-tags --tags Key=karpenter.sh/discovery --resources ${TAGGED}

aws iam delete-role-policy --role-name KarpenterControllerRole-${CLUSTER_NAME} --policy-name KarpenterControllerPolicy-${CLUSTER_NAME}
aws iam delete-role --role-name KarpenterControllerRole-${CLUSTER_NAME}
aws iam remove-role-from-instance-profile --instance-profile-name "KarpenterNodeInstanceProfile-${CLUSTER_NAME}" --role-name "KarpenterNodeRole-${CLUSTER_NAME}"
aws iam delete-instance-profile --instance-profile-name "KarpenterNodeInstanceProfile-${CLUSTER_NAME}"
for POLICY in AmazonEKSWorkerNodePolicy AmazonEKS_CNI_Policy AmazonEC2ContainerRegistryReadOnly AmazonSSMManagedInstanceCore; do
  aws iam detach-role-policy --role-name "KarpenterNodeRole-${CLUSTER_NAME}" --policy-arn arn:aws:iam::aws:policy/${POLICY}
done
aws iam delete-role --role-name "KarpenterNodeRole-${CLUSTER_NAME}"
