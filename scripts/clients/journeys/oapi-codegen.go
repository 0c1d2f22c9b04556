// oapi-codegen.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"regexp"
	"time"

	"clients/plinth"

	"github.com/google/uuid"
	"github.com/oapi-codegen/nullable"
	"github.com/oapi-codegen/runtime/types"
)

const password = "correct horse battery staple"

var ctx = context.Background()

func main() {
	email := fmt.Sprintf("client-%s@example.com", uuid.New())
	anonymous := must(plinth.NewClientWithResponses(os.Getenv("API_URL")))
	name := "José"
	registered := must(anonymous.CreateUserWithResponse(ctx, plinth.CreateUser{
		Email: types.Email(email), Password: password, Name: &name,
	}))
	expect(registered.JSON202 != nil, registered.Body)
	confirmed := must(anonymous.ConfirmEmailVerificationWithResponse(ctx, plinth.ConfirmEmailVerification{
		Token: emailedToken(email),
	}))
	expect(confirmed.StatusCode() == http.StatusNoContent, confirmed.Body)

	signedIn := must(anonymous.CreateSessionWithResponse(ctx, plinth.CreateSession{
		Email: types.Email(email), Password: ptr(password),
	}))
	expect(signedIn.JSON201 != nil, signedIn.Body)
	client := must(plinth.NewClientWithResponses(os.Getenv("API_URL"), plinth.WithRequestEditorFn(
		func(_ context.Context, request *http.Request) error {
			request.Header.Set("Authorization", "Bearer "+signedIn.JSON201.AccessToken)
			return nil
		})))

	account := must(client.GetMeWithResponse(ctx))
	expect(account.JSON200 != nil && account.JSON200.Name.MustGet() == "José", account.Body)
	renamed := must(client.UpdateMeWithResponse(ctx, plinth.UpdateMe{Name: nullable.NewNullableWithValue("Pepa Capek")}))
	expect(renamed.JSON200 != nil && renamed.JSON200.Name.MustGet() == "Pepa Capek", renamed.Body)
	cleared := must(client.UpdateMeWithResponse(ctx, plinth.UpdateMe{Name: nullable.NewNullNullable[string]()}))
	expect(cleared.JSON200 != nil && cleared.JSON200.Name.IsNull(), cleared.Body)

	body := plinth.CreateOrganization{Name: "Pepa Capek", Slug: ptr("clients-" + uuid.NewString())}
	params := &plinth.CreateOrganizationParams{IdempotencyKey: ptr(uuid.NewString())}
	created := must(client.CreateOrganizationWithResponse(ctx, params, body))
	expect(created.JSON201 != nil, created.Body)
	repeated := must(client.CreateOrganizationWithResponse(ctx, params, body))
	expect(repeated.JSON201 != nil && repeated.JSON201.Id == created.JSON201.Id, repeated.Body)

	var names []string
	query := plinth.ListOrganizationsParams{Limit: ptr(1)}
	for more := true; more; {
		page := must(client.ListOrganizationsWithResponse(ctx, &query))
		expect(page.JSON200 != nil, page.Body)
		for _, organization := range page.JSON200.Data {
			names = append(names, organization.Name)
		}
		if more = !page.JSON200.NextCursor.IsNull(); more {
			query.Cursor = ptr(page.JSON200.NextCursor.MustGet())
		}
	}
	expect(len(names) == 2, names)

	events := must(client.ListOrganizationAuditEventsWithResponse(ctx, created.JSON201.Id, nil))
	expect(events.JSON200 != nil && events.JSON200.Data[0].Action == "organization.created", events.Body)

	refused := must(client.CreateOrganizationWithResponse(ctx, nil, body))
	problem := refused.ApplicationproblemJSON409
	expect(problem != nil && problem.Code == plinth.CreateOrganizationProblemCodeSlugTaken, refused.Body)
}

// emailedToken waits for an email to the address, and returns the token of the link in it.
func emailedToken(address string) string {
	link := regexp.MustCompile(`[?&]token=([A-Za-z0-9_-]+)`)
	for range 200 {
		var emails []struct {
			To   []struct{ Address string }
			Text string
		}
		response := must(http.Get(os.Getenv("MAILBOX_URL") + "/api/email"))
		must(0, json.NewDecoder(response.Body).Decode(&emails))
		response.Body.Close()
		for _, email := range emails {
			if token := link.FindStringSubmatch(email.Text); token != nil && email.To[0].Address == address {
				return token[1]
			}
		}
		time.Sleep(100 * time.Millisecond)
	}
	panic("No email to " + address + " arrived within 20 s.")
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func expect(holds bool, otherwise any) {
	if !holds {
		panic(fmt.Sprintf("%s", otherwise))
	}
}

func ptr[T any](value T) *T { return &value }
