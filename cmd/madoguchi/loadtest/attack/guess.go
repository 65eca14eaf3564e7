package attack

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"net/http"
	"strings"
	"time"
)

var guessKinds = []Kind{
	{"guess-codes", "one-time codes of a seat", guessing(Codes)},
	{"guess-links", "codes of guests' links", guessing(Links)},
	{"guess-slips", "reception numbers with the end of a telephone number, as residents give them", guessing(Slips)},
	{"guess-numbers", "reception numbers at a booth, with its token", guessing(Numbers)},
	{"guess-tokens", "tokens made up", guessing(Tokens)},
}

// A Guess is something that could be guessed: where, among how many, and what an answer looks like to which the guess counted.
type Guess struct {
	Name  string        // of the attack
	Space float64       // how many there are
	Right float64       // how many of them are right at a time, at most
	Limit time.Duration // how long whoever has guessed wrongly too often has to wait; 0: only the limits of requests hold
	Least float64       // days that it has to take on average until one is found
	// Judged are the statuses by which the server says that it has looked: a guess that was refused unseen is none.
	Judged []string

	path  string
	token func(Target) string
	body  func(Target) any
}

// All that can be guessed.
var (
	Codes = Guess{
		Name: "guess-codes", Space: math.Pow(30, 10), Right: 1, Limit: 10 * time.Minute, Least: 3650, Judged: []string{"401"}, path: "/v1/sign-in",
		body: func(t Target) any { return map[string]string{"seat": t.Guess, "code": rand.Text()[:10]} },
	}
	Links = Guess{
		Name: "guess-links", Space: math.Pow(2, 128), Right: 1, Least: 3650, Judged: []string{"410"}, path: "/v1/invitations/redeem",
		body: func(Target) any { return map[string]string{"code": rand.Text()} },
	}
	Slips = Guess{
		Name: "guess-slips", Space: 1e10, Right: 50, Limit: 15 * time.Minute, Least: 365, Judged: []string{"404"}, path: "/v1/my/appointment",
		body: func(t Target) any {
			return map[string]string{"office": t.Office, "reception": digits(6), "last4": digits(4)}
		},
	}
	Numbers = Guess{
		Name: "guess-numbers", Space: 1e6, Right: 50, Limit: 10 * time.Minute, Least: 7, Judged: []string{"404"}, path: "/v1/check-ins",
		token: func(t Target) string { return t.Seat },
		body:  func(Target) any { return map[string]string{"reception": digits(6)} },
	}
	Tokens = Guess{
		Name: "guess-tokens", Space: math.Pow(2, 128), Right: 1, Least: 3650, Judged: []string{"401"}, path: "/v1/sessions/x/token",
		token: func(t Target) string {
			head, _, _ := strings.Cut(t.Seat, ".")
			return head + ".e30." + rand.Text()
		},
		body: func(Target) any { return nil },
	}
)

// Guesses are all of them.
var Guesses = []Guess{Codes, Links, Slips, Numbers, Tokens}

// digits are n of them.
func digits(n int) string {
	number, err := rand.Int(rand.Reader, new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil))
	if err != nil {
		return strings.Repeat("0", n)
	}
	return fmt.Sprintf("%0*d", n, number)
}

// Days is how long it takes on average until one is found, when so many guesses were looked at in some time. Who has to wait
// makes no more guesses until the wait is over, so that what counts is how many fit into one.
func (g Guess) Days(judged uint64, in time.Duration) float64 {
	perDay := max(float64(judged), 1) / max(in, g.Limit).Hours() * 24
	return g.Space / g.Right / 2 / perDay
}

// guessing guesses from many addresses.
func guessing(g Guess) func(*attacker) {
	return func(a *attacker) {
		clients, end := a.posters(addresses)
		defer end()
		a.crew(2*addresses, func(i int) error {
			body, err := json.Marshal(g.body(a.Target))
			if err != nil {
				return err
			}
			request, err := http.NewRequestWithContext(a.ctx, http.MethodPost, a.Server+g.path, strings.NewReader(string(body)))
			if err != nil {
				return err
			}
			request.Header.Set("Content-Type", "application/json")
			if g.token != nil {
				request.Header.Set("Authorization", "Bearer "+g.token(a.Target))
			}
			return a.answer(clients[i%addresses].Do(request))
		})
	}
}
