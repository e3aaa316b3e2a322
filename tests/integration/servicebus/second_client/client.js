'use strict';
// Takes one command as JSON on each line of standard input and answers it with one line of JSON, in their order.
// The AMQP is rhea's; nothing here knows the broker.

const readline = require('readline');
const rhea = require('rhea');

const EVENTS = ['connection_open', 'connection_close', 'connection_error', 'disconnected', 'session_open', 'session_close',
  'session_error', 'sender_open', 'sender_close', 'sender_error', 'receiver_open', 'receiver_close', 'receiver_error',
  'accepted', 'rejected', 'released', 'modified', 'settled', 'receiver_drained'];
const PATIENCE_MS = 5000;

const container = rhea.create_container();
const links = new Map(); // by name: {link, opened, drained, messages, deliveries, taken}
const sessions = [];
let connection;
let waiting = () => {};

// rhea hands out messages without their AMQP types, so that the bytes are kept to read the types from.
const decode = rhea.message.decode;
rhea.message.decode = (bytes) => Object.assign(decode(bytes), { bytes });

for (const name of EVENTS) {
  container.on(name, (context) => {
    const known = links.get((context.receiver || context.sender || {}).name);
    if (known && name.endsWith('_open')) known.opened += 1;
    if (known && name === 'receiver_drained') known.drained += 1;
    waiting();
  });
}
container.on('message', (context) => {
  const known = links.get(context.receiver.name);
  known.messages.push(described(context.message));
  known.deliveries.push(context.delivery);
  waiting();
});

function until(what, isSo) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`waited in vain: ${what}`)), PATIENCE_MS);
    waiting = () => {
      if (!isSo()) return;
      clearTimeout(timer);
      waiting = () => {};
      resolve();
    };
    waiting();
  });
}

function errorOf(endpoint) {
  const error = endpoint.error;
  return error ? { condition: error.condition, description: error.description } : null;
}

// {"uint": 5} becomes an AMQP uint; other values get the type that rhea chooses.
function typed(value) {
  if (value === null || typeof value !== 'object') return value;
  const [[type, content]] = Object.entries(value);
  const isBytes = type === 'binary' || type === 'uuid';
  return rhea.types[`wrap_${type}`](isBytes ? Buffer.from(content, 'hex') : content);
}

function typedValues(map) {
  return Object.fromEntries(Object.entries(map || {}).map(([key, value]) => [key, typed(value)]));
}

function plain(value) {
  if (Buffer.isBuffer(value)) return value.toString('hex');
  return value instanceof Date ? value.getTime() : value;
}

// The application properties as [AMQP type, value].
function typedProperties(bytes) {
  const reader = new rhea.types.Reader(bytes);
  while (reader.remaining()) {
    const section = reader.read();
    if (Number(section.descriptor.value) !== 0x74) continue;
    const pairs = [];
    for (let i = 0; i < section.value.length; i += 2) {
      const value = section.value[i + 1];
      pairs.push([section.value[i].value, [value.type.name, plain(value.value)]]);
    }
    return Object.fromEntries(pairs);
  }
  return {};
}

function described(message) {
  const { body } = message;
  const content = body && body.content !== undefined ? body.content : body;
  return {
    id: plain(message.message_id),
    body: Buffer.isBuffer(content) ? content.toString() : content,
    subject: message.subject,
    group: message.group_id,
    deliveryCount: message.delivery_count || 0,
    annotations: Object.keys(message.message_annotations || {}).sort(),
    properties: typedProperties(message.bytes),
  };
}

function encoded({ body, properties, id, ...rest }) {
  const message = { ...rest, body: typeof body === 'string' ? rhea.message.data_section(Buffer.from(body)) : body.value };
  if (id !== undefined) message.message_id = typed(id);
  if (properties) message.application_properties = typedValues(properties);
  return message;
}

const commands = {
  async connect({ options }) {
    connection = container.connect({ host: '127.0.0.1', reconnect: false, initial_reconnect_delay: 10, ...options });
    await until('the connection', () => connection.is_remote_open() || connection.error);
    sessions.push(null); // the one that rhea begins by itself
    const { max_frame_size, channel_max, idle_time_out } = connection.remote.open;
    return { mechanism: connection.sasl_transport.mechanism_name, max_frame_size, channel_max, idle_time_out };
  },

  async begin() {
    const session = connection.create_session();
    session.begin();
    await until('the session', () => session.is_remote_open());
    return { session: sessions.push(session) - 1 };
  },

  async end({ session }) {
    sessions[session].close();
    await until('the end', () => !sessions[session].is_remote_open());
    return {};
  },

  async attach({ name, role, address, session = 0, filter, count, options }) {
    const on = sessions[session] || connection;
    const terminus = { address, filter: filter && filtered(filter) };
    const given = { name, credit_window: 0, autoaccept: false, rcv_settle_mode: 1, treat_modified_as_released: false, ...options };
    const link = role === 'sender'
      ? on.open_sender({ ...given, target: terminus })
      : on.open_receiver({ ...given, source: terminus });
    if (count !== undefined) link.local.attach.initial_delivery_count = link.delivery_count = count;
    links.set(name, { link, opened: 0, drained: 0, messages: [], deliveries: [], taken: 0 });
    const far = role === 'sender' ? 'target' : 'source';
    await until('the attach', () => link.error || (link.is_remote_open() && link[far] && link[far].address));
    return { error: errorOf(link), source: link.source && link.source.filter, limit: link.max_message_size };
  },

  async send({ link: name, messages }) {
    const { link } = links.get(name);
    const deliveries = messages.map((message) => link.send(encoded(message)));
    await until('the outcomes', () => deliveries.every((delivery) => delivery.settled || delivery.remote_settled) || link.error);
    return { outcomes: deliveries.map(({ remote_state: state }) => outcomeOf(state)) };
  },

  async batch({ link: name, messages, format }) {
    const { link } = links.get(name);
    const { data_sections: sections, encode } = rhea.message;
    const members = messages.map((message) => encode(encoded(message)));
    const delivery = link.send(encode({ body: sections(members) }), undefined, format);
    await until('the outcome', () => delivery.remote_settled);
    return outcomeOf(delivery.remote_state);
  },

  async receive({ link: name, credit, messages, drain = false }) {
    const known = links.get(name);
    const drained = known.drained;
    known.link.drain = false;
    known.link.add_credit(credit);
    if (drain) known.link.drain_credit();
    const wanted = known.taken + (messages || 0);
    await until('messages', () => (drain ? known.drained > drained : known.messages.length >= wanted) || known.link.error);
    const found = known.messages.slice(known.taken);
    known.taken = known.messages.length;
    return { messages: found, credit: known.link.credit, error: errorOf(known.link) };
  },

  // Outcomes that are equal and follow each other go out in one disposition. No echo comes to a link that settles first.
  async settle({ link: name, deliveries: indexes, outcome, fields }) {
    const { link, deliveries } = links.get(name);
    const settled = indexes.map((index) => deliveries[index]);
    const method = { accepted: 'accept', rejected: 'reject', released: 'release', modified: 'modified' }[outcome];
    settled.forEach((delivery) => delivery[method](fields || undefined));
    if (link.rcv_settle_mode === 0) return { outcomes: [] };
    await until('the echo', () => settled.every((delivery) => delivery.remote_settled));
    return { outcomes: settled.map(({ remote_state: state }) => outcomeOf(state)) };
  },

  async detach({ link: name, closed = true }) {
    const { link } = links.get(name);
    if (closed) link.close();
    else link.detach();
    await until('the detach', () => link.is_closed());
    return { error: errorOf(link), closed: link.remote.detach.closed };
  },

  async reattached({ link: name }) {
    const known = links.get(name);
    await until('the second attach', () => known.opened > 1 && known.link.is_open());
    return { opened: known.opened };
  },

  async close() {
    connection.close();
    await until('the close', () => connection.is_closed());
    return { error: errorOf(connection) };
  },
};

function filtered({ session }) {
  const name = 'com.microsoft:session-filter';
  return { [name]: rhea.types.wrap_described(session, name) };
}

function outcomeOf(state) {
  if (!state) return { outcome: null };
  const outcome = { outcome: state.constructor.composite_type };
  if (state.error) Object.assign(outcome, errorOf(state));
  return outcome;
}

async function main() {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const { do: name, ...options } = JSON.parse(line);
    let answer;
    try {
      answer = await commands[name](options);
    } catch (error) {
      answer = { failed: `${name}: ${error.stack}` };
    }
    process.stdout.write(`${JSON.stringify(answer)}\n`);
  }
  process.exit(0); // open connections would keep the program alive
}

main();
