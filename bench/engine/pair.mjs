// Two processes of one cluster, as one server to be measured: the CPU of both, the load on both.
import { BenchServer } from '../driver/server.mjs';

export class Pair {
  /**
   * @param {string} name file name in `bench/servers`, without `.mjs`
   * @param {number} redisPort
   */
  static async start(name, redisPort) {
    // The servers inherit it.
    process.env.BENCH_REDIS_PORT = String(redisPort);
    return new Pair(await Promise.all([BenchServer.start(name), BenchServer.start(name)]));
  }

  constructor(servers) {
    this.servers = servers;
  }

  /** The port of the process that the client with this index goes to. */
  port(index) {
    return this.servers[index % 2].port;
  }

  async cpu() {
    const [one, other] = await Promise.all(this.servers.map((server) => server.cpu()));
    return one + other;
  }

  async settle() {
    for (const server of this.servers) await server.settle();
  }

  async close() {
    await Promise.all(this.servers.map((server) => server.close()));
  }
}
