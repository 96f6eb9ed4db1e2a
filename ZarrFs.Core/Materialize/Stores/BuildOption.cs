namespace ZarrFs.Core.Materialize.Stores;

/// <summary>Something that decides the bytes of a store.</summary>
/// <param name="Name">The option as the user writes it, <c>--chunk-size</c>, or what else it is: <c>source</c>.</param>
/// <param name="Value">Its value for people; equal values make equal bytes.</param>
public readonly record struct BuildOption(string Name, string Value);
