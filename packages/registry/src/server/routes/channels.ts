import {
  assignChannelAnswer,
  assignChannelBody,
  channelAnswer,
  createChannelBody,
  empty,
  historyAnswer,
  listChannelsAnswer,
  pageQuery,
  updateChannelBody,
} from "../../api/index.ts";
import { and, count, eq, sql } from "../../storage/drizzle.ts";
import { channelAssignments } from "../../storage/schema/index.ts";
import { refused } from "../grpc-error.ts";
import { pageOf, readPage } from "../pagination.ts";
import {
  copyAssignment,
  createChannel,
  deleteChannel,
  loadChannel,
  loadChannels,
  updateChannel,
} from "../rules/channels.ts";
import { presentChannel } from "../views/channel-view.ts";
import { HISTORY_PAGES, HISTORY_PARTS, presentAssignment } from "../views/history-view.ts";
import { presentVersion } from "../views/version-view.ts";
import type { Routes } from "./index.ts";
import { answers, bucketParams, channelParams, describe } from "./schemas.ts";

export const channelRoutes: Routes = (app, _services, workOf) => {
  const url = "/buckets/:bucket_name/channels";

  app.post(
    url,
    {
      config: { role: "contributor" },
      schema: {
        ...describe("channels", "CreateChannel", "Make a channel, empty or with a version"),
        params: bucketParams,
        body: createChannelBody,
        response: answers(channelAnswer),
      },
    },
    async (request) => {
      const work = workOf(request);
      const { bucket_name: bucket } = request.params;
      await createChannel(work, bucket, request.body);
      return {
        channel: presentChannel(await loadChannel(work, bucket, request.body.name), work),
      };
    },
  );

  app.get(
    url,
    {
      schema: {
        ...describe("channels", "ListChannels", "The channels of a bucket that one may see"),
        params: bucketParams,
        response: answers(listChannelsAnswer),
      },
    },
    async (request) => {
      const work = workOf(request);
      const rows = await loadChannels(work, request.params.bucket_name);
      return { channels: rows.map((row) => presentChannel(row, work)) };
    },
  );

  app.post(
    `${url}/assign`,
    {
      config: { role: "contributor" },
      schema: {
        ...describe("channels", "AssignChannelVersion", "Point a channel where another points"),
        params: bucketParams,
        body: assignChannelBody,
        response: answers(assignChannelAnswer),
      },
    },
    async (request) => {
      const work = workOf(request);
      const { bucket_name: bucket } = request.params;
      const { source_channel: source, target_channel: target } = request.body;
      await copyAssignment(work, bucket, source, target);
      const from = await loadChannel(work, bucket, source);
      const to = await loadChannel(work, bucket, target);
      if (to.version === null) throw refused("the version was removed again meanwhile");
      return {
        fingerprint: to.version.fingerprint,
        source_channel: presentChannel(from, work),
        target_channel: presentChannel(to, work),
        version: presentVersion(to.version, work),
      };
    },
  );

  app.get(
    `${url}/:channel_name`,
    {
      schema: {
        ...describe("channels", "GetChannel", "A channel, its version, builds and artifacts"),
        params: channelParams,
        response: answers(channelAnswer),
      },
    },
    async (request) => {
      const work = workOf(request);
      const { bucket_name: bucket, channel_name: name } = request.params;
      return { channel: presentChannel(await loadChannel(work, bucket, name), work) };
    },
  );

  app.patch(
    `${url}/:channel_name`,
    {
      config: { role: "contributor" },
      schema: {
        ...describe("channels", "UpdateChannel", "Change what the mask names"),
        params: channelParams,
        body: updateChannelBody,
        response: answers(channelAnswer),
      },
    },
    async (request) => {
      const work = workOf(request);
      const { bucket_name: bucket, channel_name: name } = request.params;
      await updateChannel(work, bucket, name, request.body);
      return { channel: presentChannel(await loadChannel(work, bucket, name), work) };
    },
  );

  app.delete(
    `${url}/:channel_name`,
    {
      config: { role: "contributor" },
      schema: {
        ...describe("channels", "DeleteChannel", "Remove a channel that is not managed"),
        params: channelParams,
        response: answers(empty),
      },
    },
    async (request) => {
      await deleteChannel(workOf(request), request.params.bucket_name, request.params.channel_name);
      return {};
    },
  );

  app.get(
    `${url}/:channel_name/history`,
    {
      schema: {
        ...describe("channels", "ListChannelAssignmentHistory", "Where it pointed, newest first"),
        params: channelParams,
        querystring: pageQuery,
        response: answers(historyAnswer),
      },
    },
    async (request) => {
      const work = workOf(request);
      const page = pageOf(request.query, HISTORY_PAGES);
      const { bucket_name: bucket, channel_name: name } = request.params;
      const channel = await loadChannel(work, bucket, name);
      const { rows, pagination } = await readPage(
        page,
        work.database,
        "list_history",
        { channel: channel.id },
        (id) =>
          work.database.query.channelAssignments
            .findMany({
              where: and(eq(channelAssignments.channelId, sql.placeholder("channel")), page.where),
              orderBy: page.orderBy,
              limit: page.limit,
              ...HISTORY_PARTS,
            })
            .prepare(id),
      );
      const [total] = await work.database
        .select({ count: count() })
        .from(channelAssignments)
        .where(eq(channelAssignments.channelId, channel.id));
      return {
        count: total?.count ?? 0,
        history: rows.map((row) => presentAssignment(row, work)),
        pagination,
      };
    },
  );
};
