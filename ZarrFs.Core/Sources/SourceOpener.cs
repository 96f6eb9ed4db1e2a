namespace ZarrFs.Core.Sources;
public static class SourceOpener { public static ISource Open(string path, SourceOptions o) => throw new NotSupportedException(path + o); }
