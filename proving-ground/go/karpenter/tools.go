//go:build tools

// Pins what the proving ground builds from a published module.
package tools

import _ "github.com/aws/karpenter/cmd/controller"
