import type { UpstreamServer } from "../_gateway-context.ts";
import type { GatewayOptions, GatewayUpstream } from "../gateway.ts";
import { createSender } from "./_create-sender.ts";

/** The servers of a gateway: which of them a model's calls go to, each with connections of its own. */
export function createUpstreams(options: Pick<GatewayOptions, "upstream" | "routes">): {
  choose(model: string | undefined): UpstreamServer;
  close(): void;
} {
  const open = (upstream: GatewayUpstream) => ({ ...createSender(upstream), options: upstream });
  const standard = open(options.upstream);
  const routes = (options.routes ?? []).map(({ models, upstream }) => ({
    isMatch: matcherOf(models),
    server: open(upstream),
  }));
  return {
    choose: (model) => routes.find(({ isMatch }) => model !== undefined && isMatch(model))?.server ?? standard,
    close() {
      for (const server of [standard, ...routes.map((route) => route.server)]) server.close();
    },
  };
}

/** `*` stands for any characters; the suffix for a large window is no part of a name. */
function matcherOf(models: readonly string[]): (model: string) => boolean {
  const patterns = models.map((pattern) => {
    const parts = pattern.split("*").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
    return new RegExp(`^${parts.join(".*")}$`);
  });
  return (model) => patterns.some((pattern) => pattern.test(model.replace(/\[1m\]$/, "")));
}
