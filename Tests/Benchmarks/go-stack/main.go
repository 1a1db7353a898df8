// What a team would write in Go today, as a reference for the whole cluster: HTTP with signed tokens and budgets, a call
// over gRPC, deals in SQLite.
//
// go-stack token DIR                   makes a key, leaves its public half in DIR and prints a token
// go-stack deals PORT DATABASE         the service
// go-stack gateway PORT DEALS_PORT DIR the door
package main

import (
	"log"
	"os"
	"time"
)

// A forgotten process ends by itself.
const lifetime = time.Hour

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func main() {
	arguments := os.Args[1:]
	time.AfterFunc(lifetime, func() { os.Exit(0) })
	switch {
	case len(arguments) == 2 && arguments[0] == "token":
		check(makeToken(arguments[1]))
	case len(arguments) == 3 && arguments[0] == "deals":
		check(serveDeals("127.0.0.1:"+arguments[1], arguments[2]))
	case len(arguments) == 4 && arguments[0] == "gateway":
		check(serveGateway("127.0.0.1:"+arguments[1], "127.0.0.1:"+arguments[2], arguments[3]))
	default:
		log.Fatal("usage: go-stack token DIR | deals PORT DATABASE | gateway PORT DEALS_PORT DIR")
	}
}
