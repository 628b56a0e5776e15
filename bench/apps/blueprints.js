void require('./blueprint')();
