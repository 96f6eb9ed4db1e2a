namespace ZarrFs.Core.Chunks;

/// <summary>In which order queued chunks are made.</summary>
internal enum ChunkPriority
{
    /// <summary>Work that others already stand still for: a chunk given back by a job, or one that only has to be read back.</summary>
    Urgent,

    /// <summary>Somebody is waiting.</summary>
    Waiting,

    /// <summary>The rest of a row that somebody asked a part of; nobody is waiting yet.</summary>
    Neighbour,

    /// <summary>What nobody has asked for: exact chunks in place of previews.</summary>
    Background,
}
