//go:build tools

// Pins what the proving ground builds from a published module.
package tools

import _ "sigs.k8s.io/aws-iam-authenticator/cmd/aws-iam-authenticator"
