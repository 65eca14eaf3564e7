// Package redistest gives tests a Redis: miniredis in the process and, where it is installed, a real redis-server of
// their own on a free port. A suite run through Each shows that both behave alike.
package redistest
