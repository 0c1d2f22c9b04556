package main

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"os"
	"strings"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	svix "github.com/svix/svix-webhooks/go"
)

type webhook interface {
	Verify(payload []byte, headers http.Header) error
}

func verifies(create func(secret string) (webhook, error), line string) string {
	fields := strings.Split(line, "\t")
	receiver, err := create(fields[0])
	if err != nil {
		panic(err)
	}
	headers := http.Header{}
	headers.Set("webhook-id", fields[1])
	headers.Set("webhook-timestamp", fields[2])
	headers.Set("webhook-signature", fields[3])
	body, err := base64.StdEncoding.DecodeString(fields[4])
	if err != nil {
		panic(err)
	}
	if receiver.Verify(body, headers) != nil {
		return "0"
	}
	return "1"
}

func main() {
	text, err := os.ReadFile("cases.tsv")
	if err != nil {
		panic(err)
	}
	libraries := map[string]func(string) (webhook, error){
		"standardwebhooks": func(secret string) (webhook, error) { return standardwebhooks.NewWebhook(secret) },
		"svix":             func(secret string) (webhook, error) { return svix.NewWebhook(secret) },
	}
	for name, create := range libraries {
		verdicts := ""
		for _, line := range strings.Split(strings.TrimRight(string(text), "\n"), "\n") {
			verdicts += verifies(create, line)
		}
		fmt.Println(name, verdicts)
	}
}
