// The same tests twice over: CommonJS as it is written, and `import` as babel-jest makes it CommonJS.
module.exports = {
  projects: [
    {
      displayName: 'as written',
      testMatch: ['<rootDir>/as-written/*.test.cjs'],
      transform: {},
    },
    {
      displayName: 'by babel-jest',
      testMatch: ['<rootDir>/by-babel/*.test.js'],
      transform: {
        '\\.js$': ['babel-jest', { plugins: ['@babel/plugin-transform-modules-commonjs'] }],
      },
    },
  ],
};
