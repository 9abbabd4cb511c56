package redistest

import (
	"context"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"
)

// Cluster is a running cluster of three masters, each with one replica.
type Cluster struct {
	Nodes []*Server // the masters first, in the order of their slots
}

const (
	masters = 3
	slots   = 16384
)

// StartCluster runs six servers and makes them a cluster.
func StartCluster(t testing.TB) *Cluster {
	t.Helper()
	c := new(Cluster)
	for range 2 * masters {
		c.Nodes = append(c.Nodes, Start(t,
			"--cluster-enabled", "yes", "--cluster-node-timeout", "500", "--cluster-config-file", "nodes.conf",
			"--repl-diskless-sync-delay", "0", "--cluster-replica-validity-factor", "0"))
	}
	ctx := context.Background()
	host, port, err := net.SplitHostPort(c.Nodes[0].Addr)
	require.NoError(t, err)
	for i, node := range c.Nodes {
		c.on(t, i, func(r *redis.Client) {
			require.NoError(t, r.Do(ctx, "cluster", "set-config-epoch", i+1).Err())
			if i < masters {
				require.NoError(t, r.ClusterAddSlotsRange(ctx, i*slots/masters, (i+1)*slots/masters-1).Err())
			}
			if i > 0 {
				require.NoError(t, r.ClusterMeet(ctx, host, port).Err(), node.Addr)
			}
		})
	}
	c.eventually(t, "know each other", func(nodes []string) bool { return len(nodes) == 2*masters })
	for i := range masters {
		c.on(t, masters+i, func(r *redis.Client) {
			require.NoError(t, r.ClusterReplicate(ctx, c.ID(t, i)).Err())
		})
	}
	c.eventually(t, "have replicas", func(nodes []string) bool {
		replicas := 0
		for _, line := range nodes {
			if strings.Contains(line, "slave") {
				replicas++
			}
		}
		return replicas == masters
	})
	for i := range c.Nodes {
		c.AwaitOK(t, i)
	}
	for i := range masters {
		c.on(t, masters+i, func(r *redis.Client) {
			require.Eventually(t, func() bool {
				return strings.Contains(r.Info(ctx, "replication").Val(), "master_link_status:up")
			}, patience, 20*time.Millisecond, "replica %d has not caught up", i)
		})
	}
	return c
}

// AwaitOK waits until a node says that all slots are served.
func (c *Cluster) AwaitOK(t testing.TB, node int) {
	t.Helper()
	c.on(t, node, func(r *redis.Client) {
		require.Eventually(t, func() bool {
			return strings.Contains(r.ClusterInfo(context.Background()).Val(), "cluster_state:ok")
		}, patience, 20*time.Millisecond, "node %d does not find the cluster ok", node)
	})
}

// KillMaster ends a master as a crash would, and waits until node sees that its replica
// has taken over its slots.
func (c *Cluster) KillMaster(t testing.TB, master, node int) {
	t.Helper()
	dead := c.ID(t, master)
	c.Nodes[master].Kill()
	c.on(t, node, func(r *redis.Client) {
		var view string
		over := func() bool {
			view = r.ClusterNodes(context.Background()).Val()
			for line := range strings.Lines(view) {
				if fields := strings.Fields(line); fields[0] == dead && len(fields) > 8 {
					return false // it still has slots
				}
			}
			return view != "" && strings.Contains(r.ClusterInfo(context.Background()).Val(), "cluster_state:ok")
		}
		for deadline := time.Now().Add(2 * patience); !over(); {
			if time.Now().After(deadline) {
				t.Fatalf("no replica took over for %s:\n%s", c.Nodes[master].Addr, view)
			}
			<-time.After(20 * time.Millisecond)
		}
	})
}

// Addrs returns the addresses of all nodes.
func (c *Cluster) Addrs() []string {
	addrs := make([]string, len(c.Nodes))
	for i, n := range c.Nodes {
		addrs[i] = n.Addr
	}
	return addrs
}

// ID returns a node's name in the cluster.
func (c *Cluster) ID(t testing.TB, node int) string {
	t.Helper()
	var id string
	c.on(t, node, func(r *redis.Client) {
		var err error
		id, err = r.Do(context.Background(), "cluster", "myid").Text()
		require.NoError(t, err)
	})
	return id
}

// MoveSlot moves a slot with its keys from one master to another, and calls between in
// the middle, while the keys are on neither side for sure.
func (c *Cluster) MoveSlot(t testing.TB, slot, from, to int, between func()) {
	t.Helper()
	ctx := context.Background()
	source, target := c.ID(t, from), c.ID(t, to)
	c.on(t, to, func(r *redis.Client) {
		require.NoError(t, r.Do(ctx, "cluster", "setslot", slot, "importing", source).Err())
	})
	host, port, err := net.SplitHostPort(c.Nodes[to].Addr)
	require.NoError(t, err)
	c.on(t, from, func(r *redis.Client) {
		require.NoError(t, r.Do(ctx, "cluster", "setslot", slot, "migrating", target).Err())
		for called := false; ; {
			keys, err := r.ClusterGetKeysInSlot(ctx, slot, 1).Result()
			require.NoError(t, err)
			if !called && between != nil {
				between()
				called = true
			}
			if len(keys) == 0 {
				break
			}
			// NOKEY, when the program deleted it meanwhile, is fine.
			require.NoError(t, r.Migrate(ctx, host, port, keys[0], 0, 5*time.Second).Err())
		}
	})
	for _, i := range []int{to, from} {
		c.on(t, i, func(r *redis.Client) {
			require.NoError(t, r.Do(ctx, "cluster", "setslot", slot, "node", target).Err())
		})
	}
}

func (c *Cluster) on(t testing.TB, node int, do func(*redis.Client)) {
	t.Helper()
	r := redis.NewClient(&redis.Options{Addr: c.Nodes[node].Addr})
	defer r.Close()
	do(r)
}

// eventually waits until every node's view of the cluster is as wanted.
func (c *Cluster) eventually(t testing.TB, what string, ok func(nodes []string) bool) {
	t.Helper()
	for i := range c.Nodes {
		c.on(t, i, func(r *redis.Client) {
			require.Eventually(t, func() bool {
				text := r.ClusterNodes(context.Background()).Val()
				return !strings.Contains(text, "handshake") && ok(strings.Split(strings.TrimSpace(text), "\n"))
			}, patience, 20*time.Millisecond, "node %d: the nodes do not %s", i, what)
		})
	}
}
