// How a client of each kind of server joins a room, subscribes, publishes and leaves: one shape for all scenarios.
import { BayeuxClient } from './bayeux.mjs';
import { SocketIoClient } from './socketio.mjs';

const ACTIVITY = '/courses/5/lessons/1';
const chat = (room) => `${room}/chat`;

const bayeux = ({ identified }) => {
  const open = ({ port, room, user, fail }) => {
    const auth = identified ? { room_channel: room, time_channel: ACTIVITY, current_user: user } : undefined;
    return BayeuxClient.open({ port, auth, fail });
  };
  return {
    announces: identified,
    async join({ list, ...options }) {
      const client = await open(options);
      const channel = `${options.room}/presence`;
      client.onEvent = (message) => {
        if (message.channel === channel) list.delta(message.data);
      };
      const reply = await client.subscribe(channel);
      if (identified) list.snapshot(snapshotOf(reply));
      client.connect();
      return client;
    },
    async enter(options) {
      const client = await open(options);
      client.connect();
      return client;
    },
    async subscribe(options) {
      const client = await open(options);
      await client.subscribe(chat(options.room));
      client.connect();
      return client;
    },
    publish: (client, room, data) => client.publish(chat(room), data),
    leave: (client) => client.disconnect(),
  };
};

function snapshotOf(reply) {
  if (!reply.ext?.presence)
    throw new Error(`the reply to the subscription has no ext.presence: ${JSON.stringify(reply)}`);
  return reply.ext.presence;
}

const socketio = {
  announces: true,
  async join({ port, room, user, list, fail }) {
    const client = await SocketIoClient.open({ port, fail });
    client.onEvent = (name, news) => {
      if (name === 'join') list.hear(news.uid, true);
    };
    for (const { uid } of await client.request('join', room, user)) list.hear(uid, true);
    return client;
  },
  enter: ({ port, fail }) => SocketIoClient.open({ port, fail }),
  async subscribe({ port, room, fail }) {
    const client = await SocketIoClient.open({ port, fail });
    await client.request('subscribe', chat(room));
    return client;
  },
  publish: (client, room, data) => client.emit('publish', chat(room), data),
  leave: () => undefined,
};

/**
 * By name of the server. `join`: into the room and its online list (`announces`: whether the server tells lists at all).
 * `enter`: into the room, to publish. `subscribe`: into the room, to receive what is published. What goes wrong after
 * these have resolved goes to `fail`.
 */
export const KINDS = {
  'faye-bare': bayeux({ identified: false }),
  'faye-online': bayeux({ identified: true }),
  'socketio-diff': socketio,
};
