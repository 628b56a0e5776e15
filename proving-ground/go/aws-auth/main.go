// Reads aws-auth ConfigMaps as the aws-iam-authenticator does, and says whom each one lets in.
//
// Standard input is a JSON list of the data of ConfigMaps; standard output has one reading for each.
package main

import (
	"encoding/json"
	"io"
	"log"
	"os"
	"strings"

	"github.com/sirupsen/logrus"
	"sigs.k8s.io/aws-iam-authenticator/pkg/mapper/configmap"
)

type mapping struct {
	Username string   `json:"username"`
	Groups   []string `json:"groups"`
}

type reading struct {
	// By the ARN in lower case, as the authenticator looks them up; the last entry of an ARN wins.
	Roles map[string]mapping `json:"roles"`
	Users map[string]mapping `json:"users"`
	// What the authenticator logs while it saves what was good; absent where all was.
	Problem string `json:"problem,omitempty"`
}

func read(data map[string]string) reading {
	users, roles, _, err := configmap.ParseMap(data)
	result := reading{Roles: map[string]mapping{}, Users: map[string]mapping{}}
	for _, role := range roles {
		result.Roles[strings.ToLower(role.RoleARN)] = mapping{role.Username, role.Groups}
	}
	for _, user := range users {
		result.Users[strings.ToLower(user.UserARN)] = mapping{user.Username, user.Groups}
	}
	if err != nil {
		result.Problem = err.Error()
	}
	return result
}

func main() {
	logrus.SetOutput(io.Discard)
	var documents []map[string]string
	if err := json.NewDecoder(os.Stdin).Decode(&documents); err != nil {
		log.Fatalf("the standard input is no list of ConfigMaps' data: %v", err)
	}
	readings := make([]reading, 0, len(documents))
	for _, data := range documents {
		readings = append(readings, read(data))
	}
	if err := json.NewEncoder(os.Stdout).Encode(readings); err != nil {
		log.Fatal(err)
	}
}
