# What whoever follows the guide has done before.
aws eks update-kubeconfig --name "$CLUSTER_NAME" --role-arn "$KUBECTL_ROLE_ARN"
kubectl get nodes
