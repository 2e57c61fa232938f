package linearizability

import (
	"fmt"
	"math/rand"
	"strconv"
)

// bank has accounts between which money moves: the sum stays.
type bank struct{ accounts int }

const openingBalance = 100

func (bank) name() string { return "bank" }

func (b bank) key(account int) string { return fmt.Sprintf("bank:%d", account) }

func (b bank) begin() map[string]string {
	contents := map[string]string{}
	for account := range b.accounts {
		contents[b.key(account)] = strconv.Itoa(openingBalance)
	}
	return contents
}

func (b bank) move(random *rand.Rand, read func(string) (string, error)) (
	map[string]string, error) {
	two := random.Perm(b.accounts)[:2]
	var balances [2]int
	for i, account := range two {
		content, err := read(b.key(account))
		if err != nil {
			return nil, err
		}
		if balances[i], err = strconv.Atoi(content); err != nil {
			return nil, fmt.Errorf("account %d: %w", account, err)
		}
	}
	amount := random.Intn(balances[0] + 1)
	return map[string]string{
		b.key(two[0]): strconv.Itoa(balances[0] - amount),
		b.key(two[1]): strconv.Itoa(balances[1] + amount),
	}, nil
}

func (b bank) check(contents map[string]string) error {
	sum := 0
	for key, content := range contents {
		balance, err := strconv.Atoi(content)
		if err != nil || balance < 0 {
			return fmt.Errorf("%s is %q", key, content)
		}
		sum += balance
	}
	if sum != b.accounts*openingBalance {
		return fmt.Errorf("the accounts have %d together, not %d", sum,
			b.accounts*openingBalance)
	}
	return nil
}

// cycle has nodes each of which names the next; a move makes three in a row
// change places, so that all stay one cycle.
type cycle struct{ nodes int }

func (cycle) name() string { return "cycle" }

func (c cycle) key(node int) string { return fmt.Sprintf("cycle:%d", node) }

func (c cycle) begin() map[string]string {
	contents := map[string]string{}
	for node := range c.nodes {
		contents[c.key(node)] = c.key((node + 1) % c.nodes)
	}
	return contents
}

func (c cycle) move(random *rand.Rand, read func(string) (string, error)) (
	map[string]string, error) {
	row := []string{c.key(random.Intn(c.nodes))}
	for range 3 {
		next, err := read(row[len(row)-1])
		if err != nil {
			return nil, err
		}
		row = append(row, next)
	}
	if row[0] == row[3] || row[0] == row[2] || row[1] == row[3] {
		return nil, nil // read at different moments
	}
	return map[string]string{
		row[0]: row[2], row[2]: row[1], row[1]: row[3]}, nil
}

func (c cycle) check(contents map[string]string) error {
	node := c.key(0)
	for step := 1; step <= c.nodes; step++ {
		node = contents[node]
		if (node == c.key(0)) != (step == c.nodes) {
			return fmt.Errorf("after %d steps the cycle is at %q", step, node)
		}
	}
	return nil
}
