# The fields that the other deployment changes too.
sed -i 's/^  providerRef:/  weight: 10\n  ttlSecondsAfterEmpty: 86400\n&/' provisioner.yaml
kubectl apply -f provisioner.yaml
