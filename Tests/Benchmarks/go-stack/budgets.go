package main

import (
	"sync"
	"time"
)

// Out of the way of a measurement, but counted all the same.
const (
	unitsPerSecond = 1e6
	unitsMax       = 1e6
	usersMax       = 10000
)

// budgets is a token bucket per user.
type budgets struct {
	mutex sync.Mutex
	users map[string]*bucket
}

type bucket struct {
	units float64
	at    time.Time
}

func newBudgets() *budgets { return &budgets{users: map[string]*bucket{}} }

func (b *budgets) allow(user string, now time.Time) bool {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	mine := b.users[user]
	if mine == nil {
		if len(b.users) >= usersMax {
			return false
		}
		mine = &bucket{unitsMax, now}
		b.users[user] = mine
	}
	mine.units += now.Sub(mine.at).Seconds() * unitsPerSecond
	if mine.units > unitsMax {
		mine.units = unitsMax
	}
	mine.at = now
	if mine.units < 1 {
		return false
	}
	mine.units--
	return true
}
