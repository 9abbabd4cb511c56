package redisauto

import (
	"context"
	"sync/atomic"

	"github.com/redis/go-redis/v9"

	redismeter "github.com/cachemeter/cachemeter/wrap/redis"
)

// gate is redismeter's hook until the program adds one of its own to the client: then
// it lets everything pass.
type gate struct {
	hook *redismeter.Hook
	shut atomic.Bool
}

var _ redis.Hook = (*gate)(nil)

// DialHook returns next.
func (g *gate) DialHook(next redis.DialHook) redis.DialHook { return next }

// ProcessHook counts single commands.
func (g *gate) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	counting := g.hook.ProcessHook(next)
	return func(ctx context.Context, cmd redis.Cmder) error {
		if g.shut.Load() {
			return next(ctx, cmd)
		}
		return counting(ctx, cmd)
	}
}

// ProcessPipelineHook counts the commands of a pipeline or transaction.
func (g *gate) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	counting := g.hook.ProcessPipelineHook(next)
	return func(ctx context.Context, cmds []redis.Cmder) error {
		if g.shut.Load() {
			return next(ctx, cmds)
		}
		return counting(ctx, cmds)
	}
}
