// Package linearizability looks at the server as its clients see it: histories
// of many clients, with kills, compactions and calls whose answer never came,
// have to be explained by one order of all operations.
//
// Single keys are checked by porcupine (https://github.com/anishathalye/porcupine)
// against a register. Transactions, scans and snapshots name the revision that
// they saw or made, so the order is known: they are replayed in it, and it must
// not contradict real time.
package linearizability
