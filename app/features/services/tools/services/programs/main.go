package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"strings"
	"time"
)

func verifier(ctx context.Context, library, issuer, audience string) (func(token string) (string, error), error) {
	if library == "go-oidc" {
		verifier, err := newOidcVerifier(ctx, issuer, audience)
		return func(token string) (string, error) {
			subject, claims, err := verifyWithOidc(ctx, verifier, token)
			return fmt.Sprint(subject, " ", claims.Organization, " ", claims.Role), err
		}, err
	}
	// Shorter than the documentation advises, because the rotation of the trial takes a minute and not half an hour.
	keys, err := newJwxKeys(ctx, issuer, 10*time.Second)
	return func(token string) (string, error) {
		verified, err := verifyWithJwx(keys, issuer, audience, token)
		if err != nil {
			return "", err
		}
		subject, _ := verified.Subject()
		var organization, role string
		if err := verified.Get("organization", &organization); err != nil {
			return "", err
		}
		err = verified.Get("role", &role)
		return fmt.Sprint(subject, " ", organization, " ", role), err
	}, err
}

func main() {
	verify, err := verifier(context.Background(), os.Args[1], os.Args[2], os.Args[3])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		answer, err := verify(lines.Text())
		if err != nil {
			fmt.Println("refused", strings.Join(strings.Fields(err.Error()), " "))
		} else {
			fmt.Println("accepted", answer)
		}
	}
}
